-- Why a namespace is not in the cluster; both null while it is, or is not known not to be.
ALTER TABLE namespace
    ADD COLUMN fault       text,
    ADD COLUMN fault_since timestamptz,
    ADD CONSTRAINT namespace_fault_since CHECK ((fault IS NULL) = (fault_since IS NULL));
