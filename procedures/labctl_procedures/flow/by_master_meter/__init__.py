"""Electromagnetic flowmeters against a master meter: error of the indicated flow, repeatability."""
