"""How one trial is examined: confirmed, reproduced, tried on people held out."""
