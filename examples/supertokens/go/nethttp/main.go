package main

import (
	"net/http"

	"example.com/authgraph/supertokens/example"
	"github.com/supertokens/supertokens-golang/recipe/session"
	"github.com/supertokens/supertokens-golang/supertokens"
)

func main() {
	example.Init()
	mux := http.NewServeMux()
	for _, route := range example.Routes() {
		mux.HandleFunc(route.Method+" "+route.Path, session.VerifySession(route.Options, route.Handle))
	}
	example.Listen(supertokens.Middleware(mux)) // the middleware serves /auth/*
}
