"""What an instrument can be asked, and the manners every driver shares."""
