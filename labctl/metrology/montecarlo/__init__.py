"""Propagation of distributions by Monte Carlo (JCGM 101:2008 and JCGM 102:2011)."""
