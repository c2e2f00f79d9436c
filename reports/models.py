"""What is told: the jobs that make files, and the files."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campus.models import User, Week


class Job(models.Model):
    """A long piece of work that somebody asked for. This row is the truth; the queue only carries its id.

    Its state is told by its times: asked for, started, finished; `error` is what went wrong, in the words of the
    person who asked. One unfinished job a week and kind.
    """

    class Kind(models.TextChoices):
        BULLETIN_XLSX = "bulletin_xlsx", _("Excel bulletin")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    kind = models.CharField(max_length=16, choices=Kind, default=Kind.BULLETIN_XLSX)
    week = models.ForeignKey(Week, models.PROTECT, related_name="jobs")
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True, help_text="The last sign of life from the worker")
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    steps_done = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-asked_at",)
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "week"], condition=Q(finished_at__isnull=True), name="job_one_unfinished_a_week"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.week}"

    @property
    def state(self) -> Job.State:
        if self.finished_at:
            return Job.State.FAILED if self.error else Job.State.DONE
        return Job.State.RUNNING if self.started_at else Job.State.QUEUED


class BulletinFile(models.Model):
    """A file of a week's bulletin, as it stood when it was made."""

    job = models.OneToOneField(Job, models.PROTECT, null=True, blank=True, related_name="bulletin_file")
    week = models.ForeignKey(Week, models.PROTECT, related_name="bulletin_files")
    file = models.FileField(upload_to="bulletins/%Y/")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="Bytes")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-made_at",)
        verbose_name = _("bulletin file")
        verbose_name_plural = _("bulletin files")

    def __str__(self) -> str:
        return self.file.name or ""

    @property
    def draft(self) -> bool:
        """Whether it was made before its week was published; figures may have moved since."""
        closing = getattr(self.week, "closing", None)
        return closing is None or closing.at > self.made_at
