"""What people can do, as data: operations, their arguments, plans, conditions and views. Nothing here sends."""
