"""What every process of Intervue shares: domain, protocol, contracts, ports and adapters."""
