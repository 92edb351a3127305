package dev.workflows.autoconfigure.shop;

import org.springframework.data.jpa.repository.JpaRepository;

/** A repository of the application's. */
public interface PurchaseOrders extends JpaRepository<PurchaseOrder, Long> {}
