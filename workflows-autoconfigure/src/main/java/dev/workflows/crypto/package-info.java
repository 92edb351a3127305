/** Encryption of payloads, with the JDK's own crypto. */
@NullMarked
package dev.workflows.crypto;

import org.jspecify.annotations.NullMarked;
