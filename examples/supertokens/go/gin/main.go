package main

import (
	"net/http"

	"example.com/authgraph/supertokens/example"
	"github.com/gin-gonic/gin"
	"github.com/supertokens/supertokens-golang/recipe/session"
	"github.com/supertokens/supertokens-golang/recipe/session/sessmodels"
	"github.com/supertokens/supertokens-golang/supertokens"
)

func main() {
	example.Init()
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(gin.Recovery(), authRoutes)
	for _, route := range example.Routes() {
		router.Handle(route.Method, route.Path, verifySession(route.Options), gin.WrapF(route.Handle))
	}
	example.Listen(router)
}

// Serves /auth/*, and hands on what is not its own.
func authRoutes(context *gin.Context) {
	next := func(http.ResponseWriter, *http.Request) { context.Next() }
	supertokens.Middleware(http.HandlerFunc(next)).ServeHTTP(context.Writer, context.Request)
	context.Abort()
}

func verifySession(options *sessmodels.VerifySessionOptions) gin.HandlerFunc {
	return func(context *gin.Context) {
		session.VerifySession(options, func(_ http.ResponseWriter, request *http.Request) {
			context.Request = request // it carries the session
			context.Next()
		})(context.Writer, context.Request)
		context.Abort()
	}
}
