"""The timeline's keeper: sequence, chain and projection in one transaction."""
