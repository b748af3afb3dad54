package main

import (
	"example.com/authgraph/supertokens/example"
	"github.com/gorilla/mux"
	"github.com/supertokens/supertokens-golang/recipe/session"
	"github.com/supertokens/supertokens-golang/supertokens"
)

func main() {
	example.Init()
	router := mux.NewRouter()
	for _, route := range example.Routes() {
		handler := session.VerifySession(route.Options, route.Handle)
		router.HandleFunc(route.Path, handler).Methods(route.Method)
	}
	// Around the router and not in it: its own middleware runs only for paths that it knows.
	example.Listen(supertokens.Middleware(router)) // serves /auth/*
}
