// Package relay passes messages on: written for the benchmarks, in the manner of everyday Go.
package relay

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const defaultTimeout = 250 * time.Millisecond

var ErrClosed = errors.New("relay: closed")

type Message struct {
	Topic   string
	Payload []byte
	Sent    time.Time
}

type Handler func(ctx context.Context, msg *Message) error

type Relay struct {
	mu       sync.RWMutex
	handlers map[string][]Handler
	queue    chan *Message
	closed   bool
}

func New(size int) *Relay {
	return &Relay{handlers: make(map[string][]Handler), queue: make(chan *Message, size)}
}

// Subscribe adds a handler for a topic.
func (r *Relay) Subscribe(topic string, handler Handler) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handlers[topic] = append(r.handlers[topic], handler)
}

func (r *Relay) Publish(topic string, payload []byte) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		return ErrClosed
	}
	select {
	case r.queue <- &Message{Topic: topic, Payload: payload, Sent: time.Now()}:
		return nil
	case <-time.After(defaultTimeout):
		return fmt.Errorf("relay: %q is full", topic)
	}
}

func (r *Relay) Run(ctx context.Context) error {
	for {
		select {
		case msg, ok := <-r.queue:
			if !ok {
				return nil
			}
			if err := r.dispatch(ctx, msg); err != nil {
				return fmt.Errorf("dispatch %s: %w", msg.Topic, err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *Relay) dispatch(ctx context.Context, msg *Message) error {
	r.mu.RLock()
	handlers := r.handlers[msg.Topic]
	r.mu.RUnlock()
	for i, handler := range handlers {
		if err := handler(ctx, msg); err != nil && i < len(handlers)-1 {
			continue
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (r *Relay) Close() {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		close(r.queue)
	}
	r.mu.Unlock()
}
