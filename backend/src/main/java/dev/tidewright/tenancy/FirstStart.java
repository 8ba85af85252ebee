package dev.tidewright.tenancy;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Makes the first admin. There is no default password: it is given, or made and shown once. */
@Component
@Order(0)
class FirstStart implements ApplicationRunner {

    static final Name ADMIN = Name.of("admin");
    private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);
    private static final Actor SETUP = Actor.system("first start");
    private static final int SHORTEST_TOKEN = 24;

    private final AppUsers users;
    private final AccountService accounts;
    private final TenancySettings settings;

    FirstStart(AppUsers users, AccountService accounts, TenancySettings settings) {
        this.users = users;
        this.accounts = accounts;
        this.settings = settings;
    }

    @Override
    @Transactional
    public void run(ApplicationArguments arguments) {
        var given = !settings.adminPassword().isBlank();
        var password = given ? settings.adminPassword() : Tokens.password();
        if (users.count() > 0) {
            if (settings.adminReset()) {
                accounts.reset(ADMIN, password, Actor.system("reset"));
                tell("The first admin was reset", given, password);
            }
            return;
        }
        var admin = accounts.create(new CreateUser(ADMIN, "Administrator", password, true), SETUP);
        if (!settings.adminToken().isBlank()) {
            if (settings.adminToken().length() < SHORTEST_TOKEN) {
                throw new IllegalStateException("TIDEWRIGHT_ADMIN_TOKEN is shorter than " + SHORTEST_TOKEN
                        + " characters: give a long random one, for example from `openssl rand -hex 32`");
            }
            accounts.keep(admin.id(), new CreateToken("first", Scope.ADMIN, null, null), settings.adminToken(), SETUP);
        }
        tell("First start", given, password);
    }

    private static void tell(String what, boolean given, String password) {
        if (given) {
            LOG.warn("{}: sign in as \"{}\" with the password that was given", what, ADMIN);
        } else {
            LOG.warn("""


                    {}. Sign in as "{}" with the password

                        {}

                    It is shown only this once. Change it under Account.
                    """, what, ADMIN, password);
        }
    }
}
