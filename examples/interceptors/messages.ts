// SPDX-License-Identifier: Apache-2.0
import { Code, type Interceptor, type Message, StatusError } from "petrel";

/** Ends a call INVALID_ARGUMENT at the first message that `check` has something to say about. For all four shapes. */
export function checkMessages(check: (message: Message) => string | undefined): Interceptor {
  return (call, next) => next({ messages: checked(call.messages, check) });
}

async function* checked(
  messages: AsyncIterable<Message>,
  check: (message: Message) => string | undefined,
): AsyncGenerator<Message> {
  for await (const message of messages) {
    const fault = check(message);
    if (fault !== undefined) throw new StatusError(Code.INVALID_ARGUMENT, fault);
    yield message;
  }
}

/** Ends a call RESOURCE_EXHAUSTED after `max` replies. */
export function limitReplies(max: number): Interceptor {
  return async (_call, next) => {
    const response = await next();
    return response.withMessages(limited(response.messages, max));
  };
}

async function* limited(messages: AsyncIterable<Message>, max: number): AsyncGenerator<Message> {
  let count = 0;
  for await (const message of messages) {
    if (++count > max) throw new StatusError(Code.RESOURCE_EXHAUSTED, `more than ${max} replies`);
    yield message;
  }
}
