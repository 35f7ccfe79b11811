"""What has to survive: journals of runs, the laboratory's ledger, locks and backups."""
