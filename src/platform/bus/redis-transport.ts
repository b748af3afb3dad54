import type { Redis } from 'ioredis';
import { BUS_CHANNEL } from './bus.js';
import type { OpenTransport } from './remote-bus.js';

/** A transport over Redis pub/sub: a connection of its own to listen, the shared one to publish. */
export function redisTransport(redis: Redis): OpenTransport {
  return async (received, lost) => {
    const subscriber = redis.duplicate({ lazyConnect: true, retryStrategy: () => null });
    subscriber.on('message', (_channel: string, text: string) => received(text));
    subscriber.on('error', lost);
    subscriber.on('close', () => lost(new Error('connection closed')));
    const close = async () => subscriber.disconnect();
    try {
      await subscriber.connect();
      await subscriber.subscribe(BUS_CHANNEL);
    } catch (error) {
      await close();
      throw error;
    }
    return {
      send: async (text) => {
        await redis.publish(BUS_CHANNEL, text);
      },
      close,
    };
  };
}
