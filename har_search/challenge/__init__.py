"""The homework's rules, figures and words: plain values, the ground floor."""
