"""The institution's app: enrols, takes evidence in, shows it to those who may see it."""
