"""Where deliveries are worked on: who is it, what do they want, and an answer to every one of them."""
