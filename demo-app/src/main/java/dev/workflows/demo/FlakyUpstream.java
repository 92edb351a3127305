package dev.workflows.demo;

import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Stands in for an external API that has bad moments: the first two calls for a report fail. There is no report
 * "missing". Forgets its calls when the application stops.
 */
@RestController
class FlakyUpstream {

    private static final int FAILING_CALLS = 2;

    private final ConcurrentMap<String, Integer> calls = new ConcurrentHashMap<>();

    @GetMapping("/upstream/reports/{id}")
    ResponseEntity<SourceData> report(@PathVariable String id) {
        int call = calls.merge(id, 1, Integer::sum);
        if (id.equals("missing")) {
            return ResponseEntity.notFound().build();
        }
        if (call <= FAILING_CALLS) {
            return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).build();
        }
        return ResponseEntity.ok(new SourceData(
                List.of(item("subscriptions", "1200"), item("usage", "340.50"), item("refunds", "-75.25"))));
    }

    /** How often a report has been asked for. */
    int calls(String id) {
        return calls.getOrDefault(id, 0);
    }

    private static SourceData.Item item(String name, String amount) {
        return new SourceData.Item(name, new BigDecimal(amount));
    }
}
