/** Consumer groups as SQS queues: AWS JSON 1.0, one class per operation. */
@NullMarked
package dev.penstock.broker.http.sqs;

import org.jspecify.annotations.NullMarked;
