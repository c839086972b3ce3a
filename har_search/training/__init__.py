"""How a network learns: from one step to a trial's figures."""
