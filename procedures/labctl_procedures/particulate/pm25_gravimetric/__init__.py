"""PM2.5 monitors against the gravimetric reference: filters weighed before and a day after."""
