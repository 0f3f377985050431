"""Every address there is. Names are verb-noun; whatever is below a project answers 404 to people who are not its members."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from annotator.views import (
    agreement,
    checkpoints,
    desk,
    exports,
    health,
    history,
    imports,
    items,
    members,
    preferences,
    projects,
    reviews,
    runs,
    studies,
)

of_project: list[URLPattern | URLResolver] = [
    # the desk first: its addresses are asked for most
    path("desk/", desk.take_item, name="take-item"),
    path("desk/history/", history.show_history, name="show-history"),
    path("desk/<int:item_id>/", desk.show_desk, name="show-desk"),
    path("desk/<int:item_id>/next/", desk.take_next, name="take-next"),
    path("desk/<int:item_id>/events/", desk.save, name="save-events"),
    path("desk/<int:item_id>/help/", desk.help_out, name="help-out"),
    path("desk/<int:item_id>/lease/", desk.renew_lease, name="renew-lease"),
    path("", projects.show_project, name="show-project"),
    path("settings/", projects.edit_project, name="edit-project"),
    path("study/", studies.show_study, name="show-study"),
    path("study/start/", studies.start_study, name="start-study"),
    path("study/end/", studies.end_study, name="end-study"),
    path("study/download/", studies.download_study, name="download-study"),
    path("items/", items.list_items, name="list-items"),
    path("items/<int:item_id>/", items.show_item, name="show-item"),
    path("items/<int:item_id>/image/", items.show_image, name="show-image"),
    path("items/<int:item_id>/thumbnail/", items.show_thumbnail, name="show-thumbnail"),
    path("review/", reviews.list_reviews, name="list-reviews"),
    path("review/<int:item_id>/", reviews.show_review, name="show-review"),
    path("review/<int:item_id>/settle/", reviews.settle_review, name="settle-review"),
    path("review/<int:item_id>/reopen/", reviews.reopen_review, name="reopen-review"),
    path("agreement/", agreement.show_agreement, name="show-agreement"),
    path("import/", imports.import_items, name="import-items"),
    path("runs/", runs.list_runs, name="list-runs"),
    path("runs/<int:run_id>/", runs.show_run, name="show-run"),
    path("runs/<int:run_id>/confirm/", runs.confirm_import, name="confirm-import"),
    path("runs/<int:run_id>/cancel/", runs.cancel_run, name="cancel-run"),
    path("runs/<int:run_id>/download/", exports.download_export, name="download-export"),
    path("checkpoints/", checkpoints.list_checkpoints, name="list-checkpoints"),
    path("checkpoints/retrain/", checkpoints.retrain, name="retrain"),
    path("checkpoints/<int:checkpoint_id>/promote/", checkpoints.promote_checkpoint, name="promote-checkpoint"),
    path("export/", exports.export_items, name="export-items"),
    path("members/", members.list_members, name="list-members"),
    path("members/<int:membership_id>/role/", members.change_role, name="change-role"),
    path("members/<int:membership_id>/remove/", members.remove_member, name="remove-member"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", projects.list_projects, name="list-projects"),
    path("projects/new/", projects.create_project, name="create-project"),
    path("projects/<slug:slug>/", include(of_project)),
    path("keys/", preferences.save_keys, name="save-keys"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("health/", health.health, name="health"),
]
