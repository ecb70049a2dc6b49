"""How runs are carried out: plans, batches, shared pasts, executors, sweeps, shards and audits."""
