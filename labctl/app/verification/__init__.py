"""The steps of a verification, each of which looks at one stage of the road from bytes to certificate."""
