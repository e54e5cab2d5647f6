"""What AWS does behind its API: one package or module a service, over moto's registry of resources."""
