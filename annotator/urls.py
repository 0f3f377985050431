"""Every address there is. Names are verb-noun; whatever is below a project answers 404 to people who are not its members."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from annotator.views import checkpoints, checks, desk, exports, health, imports, items, members, people, projects, runs

of_project: list[URLPattern | URLResolver] = [
    # the desk first: its addresses are asked for most
    path("desk/", desk.take_item, name="take-item"),
    path("desk/<int:item_id>/", desk.show_desk, name="show-desk"),
    path("desk/<int:item_id>/next/", desk.take_next, name="take-next"),
    path("desk/<int:item_id>/events/", desk.save, name="save-events"),
    path("desk/<int:item_id>/help/", desk.help_out, name="help-out"),
    path("desk/<int:item_id>/lease/", desk.renew_lease, name="renew-lease"),
    path("", projects.show_project, name="show-project"),
    path("settings/", projects.edit_project, name="edit-project"),
    path("settings/preview/", projects.preview_instructions, name="preview-instructions"),
    path("tutorial/", checks.enter_tutorial, name="enter-tutorial"),
    path("checks/plant/", checks.plant_errors, name="plant-errors"),
    path("items/<int:item_id>/check/", checks.mark_check, name="mark-check"),
    path("items/<int:item_id>/check/retire/", checks.retire_check, name="retire-check"),
    path("people/", people.list_people, name="list-people"),
    path("people/me/", people.show_me, name="show-me"),
    path("people/<int:membership_id>/admit/", checks.admit, name="admit"),
    path("items/", items.list_items, name="list-items"),
    path("items/<int:item_id>/", items.show_item, name="show-item"),
    path("items/<int:item_id>/image/", items.show_image, name="show-image"),
    path("items/<int:item_id>/thumbnail/", items.show_thumbnail, name="show-thumbnail"),
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
    path("projects/new/tutorial/", checks.create_tutorial, name="create-tutorial"),
    path("projects/<slug:slug>/", include(of_project)),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("health/", health.health, name="health"),
]
