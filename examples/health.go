// Command health asks a list of servers whether they are well.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"
)

type report struct {
	url    string
	status int
	took   time.Duration
	err    error
}

func check(ctx context.Context, url string, reports chan<- report) {
	start := time.Now()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		reports <- report{url: url, err: err}
		return
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		reports <- report{url: url, took: time.Since(start), err: err}
		return
	}
	defer answer.Body.Close()
	reports <- report{url, answer.StatusCode, time.Since(start), nil}
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	urls := os.Args[1:]
	reports := make(chan report, len(urls))
	for _, url := range urls {
		go check(ctx, url, reports)
	}
	for range urls {
		if r := <-reports; r.err != nil || r.status >= 400 {
			fmt.Printf("%-40s is not well: %v (status %d)\n", r.url, r.err, r.status)
		} else {
			fmt.Printf("%-40s answered in %v\n", r.url, r.took)
		}
	}
}
