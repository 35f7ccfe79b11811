"""What drivers of electrical instruments share across makers."""
