"""An organization's roles and plans, and what is proposed for them."""
