package dev.tidewright;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** A page that always fails: what people see then is tested too. */
@Controller
class FaultyPages {

    @GetMapping("/ns/{ns}/faulty")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String fail(@PathVariable dev.tidewright.kernel.Name ns) {
        throw new IllegalStateException("what nobody outside may read");
    }
}
