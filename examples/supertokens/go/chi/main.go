package main

import (
	"example.com/authgraph/supertokens/example"
	"github.com/go-chi/chi/v5"
	"github.com/supertokens/supertokens-golang/recipe/session"
	"github.com/supertokens/supertokens-golang/supertokens"
)

func main() {
	example.Init()
	router := chi.NewRouter()
	router.Use(supertokens.Middleware) // serves /auth/*
	for _, route := range example.Routes() {
		handler := session.VerifySession(route.Options, route.Handle)
		router.MethodFunc(route.Method, route.Path, handler)
	}
	example.Listen(router)
}
