// Package example has what every example here shares: SuperTokens' own set-up, with authgraph as
// the core, and what the protected routes do.
package example

import (
	"cmp"
	"log"
	"net/http"
	"os"

	"github.com/supertokens/supertokens-golang/recipe/emailpassword"
	"github.com/supertokens/supertokens-golang/recipe/session"
	"github.com/supertokens/supertokens-golang/recipe/session/sessmodels"
	"github.com/supertokens/supertokens-golang/recipe/usermetadata"
	"github.com/supertokens/supertokens-golang/recipe/userroles"
	"github.com/supertokens/supertokens-golang/supertokens"
)

// Init is to be called before anything else of SuperTokens.
func Init() {
	antiCsrf := cmp.Or(os.Getenv("ANTI_CSRF"), "NONE")
	telemetry := false
	err := supertokens.Init(supertokens.TypeInput{
		Telemetry: &telemetry,
		// The one line that changes when authgraph takes the place of a core.
		Supertokens: &supertokens.ConnectionInfo{
			ConnectionURI: cmp.Or(os.Getenv("CORE_URI"), "http://localhost:3567"),
			APIKey:        os.Getenv("CORE_API_KEY"),
		},
		AppInfo: supertokens.AppInfo{
			AppName:       "Example",
			APIDomain:     "http://localhost:" + port(),
			WebsiteDomain: "http://localhost:3000",
		},
		RecipeList: []supertokens.Recipe{
			emailpassword.Init(nil),
			session.Init(&sessmodels.TypeInput{AntiCsrf: &antiCsrf}),
			usermetadata.Init(nil),
			userroles.Init(nil),
		},
	})
	if err != nil {
		log.Fatal(err)
	}
}

// Listen serves a handler on PORT, 3001 unless set.
func Listen(handler http.Handler) {
	log.Print("listening on " + port())
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port(), handler))
}

func port() string {
	return cmp.Or(os.Getenv("PORT"), "3001")
}
