package dev.tidewright.catalog;

import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Answers what a command would do by doing it in a transaction of its own that is then taken back: the plan is checked by
 * every rule, quota included, and can never differ from what really happens.
 */
@Component
class DryRun {

    private final TransactionTemplate apart;

    DryRun(PlatformTransactionManager transactions) {
        this.apart = new TransactionTemplate(transactions);
        this.apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    }

    <T> T perhaps(boolean dry, Supplier<T> command) {
        if (!dry) {
            return command.get();
        }
        var plan = apart.execute(status -> {
            status.setRollbackOnly();
            return command.get();
        });
        if (plan == null) {
            throw new IllegalStateException("a command answered nothing");
        }
        return plan;
    }
}
