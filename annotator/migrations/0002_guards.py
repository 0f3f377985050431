"""Promises that the database itself keeps: texts, events, detections, snapshots and the audit trail never change."""

from django.db import migrations

# One function refuses; each trigger says when. Deleting stays possible (a project goes with all it holds), but for the audit trail.
REFUSE = """
CREATE FUNCTION annotator_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% refused: % never change', TG_OP, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER events_never_change BEFORE UPDATE ON annotator_event
    FOR EACH ROW EXECUTE FUNCTION annotator_refuse('events');
CREATE TRIGGER detections_never_change BEFORE UPDATE ON annotator_detection
    FOR EACH ROW EXECUTE FUNCTION annotator_refuse('detections');
CREATE TRIGGER snapshots_never_change BEFORE UPDATE ON annotator_snapshot
    FOR EACH ROW EXECUTE FUNCTION annotator_refuse('snapshots');
CREATE TRIGGER audit_entries_never_change BEFORE UPDATE OR DELETE ON annotator_auditentry
    FOR EACH ROW EXECUTE FUNCTION annotator_refuse('audit entries');
CREATE TRIGGER texts_never_change BEFORE UPDATE OF response, prompt, words, image_id, fingerprint ON annotator_item
    FOR EACH ROW WHEN (
        (OLD.response, OLD.prompt, OLD.words, OLD.image_id, OLD.fingerprint)
        IS DISTINCT FROM (NEW.response, NEW.prompt, NEW.words, NEW.image_id, NEW.fingerprint)
    ) EXECUTE FUNCTION annotator_refuse('the texts and pictures of items');
CREATE TRIGGER weights_never_change BEFORE UPDATE OF weights_sha256, path, parent_id, snapshot_id ON annotator_checkpoint
    FOR EACH ROW WHEN (
        (OLD.weights_sha256, OLD.path, OLD.parent_id, OLD.snapshot_id)
        IS DISTINCT FROM (NEW.weights_sha256, NEW.path, NEW.parent_id, NEW.snapshot_id)
    ) EXECUTE FUNCTION annotator_refuse('the weights and the lineage of checkpoints');
"""

# PostgreSQL counts characters as Python does: in code points. Its positions begin at 1.
QUOTES = """
CREATE FUNCTION annotator_check_quotes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    text_of_item text;
    span jsonb;
BEGIN
    SELECT response INTO text_of_item FROM annotator_item WHERE id = NEW.item_id;
    FOR span IN SELECT * FROM jsonb_array_elements(NEW.spans) LOOP
        IF substring(text_of_item FROM (span->>'start')::int + 1 FOR (span->>'end')::int - (span->>'start')::int)
            IS DISTINCT FROM span->>'quote' THEN
            RAISE EXCEPTION 'The span % does not quote item %', span, NEW.item_id USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;

CREATE TRIGGER spans_quote_their_text BEFORE INSERT OR UPDATE OF spans ON annotator_annotation
    FOR EACH ROW WHEN (NEW.spans <> '[]'::jsonb) EXECUTE FUNCTION annotator_check_quotes();
"""

UNDO = """
DROP TRIGGER spans_quote_their_text ON annotator_annotation;
DROP TRIGGER weights_never_change ON annotator_checkpoint;
DROP TRIGGER texts_never_change ON annotator_item;
DROP TRIGGER audit_entries_never_change ON annotator_auditentry;
DROP TRIGGER snapshots_never_change ON annotator_snapshot;
DROP TRIGGER detections_never_change ON annotator_detection;
DROP TRIGGER events_never_change ON annotator_event;
DROP FUNCTION annotator_check_quotes();
DROP FUNCTION annotator_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("annotator", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, "SELECT 1"), migrations.RunSQL(QUOTES, UNDO)]
