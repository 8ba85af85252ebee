package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import org.springframework.stereotype.Component;

/** Tokens at the gateway: any member may call the namespace's private endpoints with a token of any scope. */
@Component
class InvokeAccess implements InvokeCheck {

    private final Authentications authentications;
    private final Access access;

    InvokeAccess(Authentications authentications, Access access) {
        this.authentications = authentications;
        this.access = access;
    }

    @Override
    public boolean mayInvoke(String bearerToken, Name namespace) {
        try {
            return switch (authentications.bearer(bearerToken)) {
                case Caller.Person person ->
                    person.reaches(namespace) && access.role(person, namespace).isPresent();
                case Caller.Work work -> work.namespace().equals(namespace);
            };
        } catch (Refusal.Unauthenticated refused) {
            return false;
        }
    }
}
