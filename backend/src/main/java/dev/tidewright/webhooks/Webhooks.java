package dev.tidewright.webhooks;

import dev.tidewright.kernel.Name;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;

interface Webhooks extends JpaRepository<Webhook, UUID> {

    Optional<Webhook> findByIdAndNamespace(UUID id, Name namespace);

    List<Webhook> findByNamespaceAndIdGreaterThanOrderById(Name namespace, UUID after, Limit limit);

    long countByNamespace(Name namespace);
}
