"""The project: settings, addresses, who may go where, the queue and the server."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
