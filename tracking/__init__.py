SERVICE = "mlops-service-prometheus"
VERSION = "1.0.0"
