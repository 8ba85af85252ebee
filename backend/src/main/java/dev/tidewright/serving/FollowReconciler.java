package dev.tidewright.serving;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.reconcile.Next;
import dev.tidewright.reconcile.Reconciler;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Takes endpoints to where the alias points that they follow. */
@Component
class FollowReconciler implements Reconciler {

    private static final Logger LOG = LoggerFactory.getLogger(FollowReconciler.class);

    private final AliasFollowing following;
    private final ServingSettings settings;

    FollowReconciler(AliasFollowing following, ServingSettings settings) {
        this.following = following;
        this.settings = settings;
    }

    @Override
    public String kind() {
        return AliasFollowing.KIND;
    }

    @Override
    public Next reconcile(UUID id) {
        try {
            return following.follow(id) ? Next.done() : Next.again(settings.slow());
        } catch (Refusal refused) {
            // For example the quota, which somebody may raise.
            LOG.info("endpoint {} cannot follow its alias yet: {}", id, refused.sentence());
            following.refused(id, refused.sentence());
            return Next.again(settings.slow());
        }
    }
}
