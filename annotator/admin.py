"""Django's admin pages for superusers. What must never change is shown, not edited."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import models
from django.http import HttpRequest

from annotator.models import (
    Annotation,
    Assignment,
    AuditEntry,
    Check,
    Checkpoint,
    CheckResult,
    Detection,
    Event,
    FreeNumber,
    Image,
    Item,
    Lease,
    Membership,
    Project,
    Retake,
    Review,
    Run,
    ScoringFailure,
    Snapshot,
    Study,
    User,
)

if TYPE_CHECKING:  # Django's classes are generic for the type checker only
    AnyAdmin = admin.ModelAdmin[models.Model]
    PeopleAdmin = UserAdmin[User]
    MembersOfProject = admin.TabularInline[Membership, Project]
else:
    AnyAdmin, PeopleAdmin, MembersOfProject = admin.ModelAdmin, UserAdmin, admin.TabularInline


class ReadOnlyAdmin(AnyAdmin):
    """Rows that are written by services only."""

    show_full_result_count = False  # big tables are not counted for a heading
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(PeopleAdmin):
    """People are known by their address."""

    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "name")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("May", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Times", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2")}),)


class MembershipInline(MembersOfProject):
    model = Membership
    extra = 0
    autocomplete_fields: ClassVar = ["user"]


@admin.register(Project)
class ProjectAdmin(AnyAdmin):
    """The active checkpoint is promoted on the project's own page, so that items are scored again."""

    list_display = ("name", "slug", "annotators_per_item", "active_checkpoint", "created_at")
    search_fields = ("name", "slug")
    readonly_fields = ("active_checkpoint", "annotators_per_item", "created_at")
    inlines = (MembershipInline,)


@admin.register(Item)
class ItemAdmin(ReadOnlyAdmin):
    list_display = ("id", "project", "external_id", "response", "doubt", "open_slots")
    list_filter = ("project",)
    search_fields = ("=external_id",)
    list_select_related = ("project",)


@admin.register(Annotation)
class AnnotationAdmin(ReadOnlyAdmin):
    list_display = ("id", "item", "annotator", "status", "counts", "arm", "version", "submitted_at")
    list_filter = ("status", "arm")
    list_select_related = ("item", "annotator")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("id", "project", "kind", "status", "done", "total", "started_by", "created_at")
    list_filter = ("kind", "status")
    list_select_related = ("project", "started_by")


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    list_display = ("id", "name", "project", "status", "threshold", "parent", "created_at")
    list_select_related = ("project", "parent")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "at", "actor_email", "act", "subject")
    list_filter = ("act",)


for model in (
    Assignment,
    Check,
    CheckResult,
    Detection,
    Event,
    FreeNumber,
    Image,
    Lease,
    Retake,
    Review,
    ScoringFailure,
    Snapshot,
    Study,
):
    admin.site.register(model, ReadOnlyAdmin)
