"""Behind the glass: what happened for one message, the clusters as they are, and what a tour lets people break."""
