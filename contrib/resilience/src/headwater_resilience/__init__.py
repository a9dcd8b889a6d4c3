"""Failover, circuit breaker, hedging and recovery for any stream."""
