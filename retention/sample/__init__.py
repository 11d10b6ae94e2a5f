"""Cases for a first look, from the notice to the certificate; the platform behind them is ``exports.sample``."""
