"""How a person's or an agency's key comes to sign: intents, desks, devices, proof that lasts."""
