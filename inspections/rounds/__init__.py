"""Rounds (一轮检查): drawn up a week ahead, given to people, watched while they are walked."""
