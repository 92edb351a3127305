package dev.workflows.demo;

import java.math.BigDecimal;
import java.util.List;

/** What the upstream knows about a report. */
record SourceData(List<Item> items) {

    SourceData {
        items = List.copyOf(items);
    }

    BigDecimal total() {
        return items.stream().map(Item::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    record Item(String name, BigDecimal amount) {}
}
