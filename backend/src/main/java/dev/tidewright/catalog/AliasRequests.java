package dev.tidewright.catalog;

import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reads which aliases are protected, and who asked for what with them. */
@Service
@Transactional(readOnly = true)
public class AliasRequests {

    private final Catalog catalog;
    private final AliasRequestRows rows;

    AliasRequests(Catalog catalog, AliasRequestRows rows) {
        this.catalog = catalog;
        this.rows = rows;
    }

    /** Newest first. */
    Slice<AliasRequestView> list(
            Name namespace, ModelName model, @Nullable AliasRequestStatus status, @Nullable String cursor, int limit) {
        var before = Cursor.id(cursor).orElse(null);
        var page = rows.list(catalog.model(namespace, model).id(), status, before, limit + 1);
        return Slice.of(page, limit, AliasRequestView::id);
    }

    /**
     * What waits in a namespace for a second person who is not the one that asked. Oldest first.
     *
     * @param person who may be that second person; the caller has seen that they may approve
     */
    public List<WaitingRequest> waitingFor(Name namespace, String person, int limit) {
        return rows.waitingFor(namespace, person, limit);
    }

    AliasRequestView require(Name namespace, ModelName model, UUID id) {
        return rows.find(catalog.model(namespace, model).id(), id)
                .orElseThrow(() -> new Refusal.NotFound("alias request", id));
    }

    /** By name. */
    List<ProtectedAlias> protectedOf(Name namespace, ModelName model) {
        return rows.protectedOf(catalog.model(namespace, model).id());
    }
}
