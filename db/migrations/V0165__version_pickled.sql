-- Which file of a version runs code where it is loaded, and how that is known: {"file", "sign"}. Null: none is known.
ALTER TABLE model_version ADD COLUMN pickled jsonb;
-- What is here already is told by its files' names; what is registered from now on is looked into, too.
UPDATE model_version v SET pickled = (
    SELECT jsonb_build_object('file', a.path, 'sign', 'NAME') FROM artifact a
    WHERE a.owner_kind = 'model-version' AND a.owner_id = v.id AND a.path ~* '\.(pkl|pickle|joblib|dill|pt|pth|ckpt)$'
    ORDER BY a.path LIMIT 1);
