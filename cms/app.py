"""Wiring: one application from one set of settings."""

from flask import Response

from cms.accounts.keys import routes as key_routes
from cms.accounts.keys.uses import Uses
from cms.accounts.links import forgotten, sending
from cms.accounts.links import routes as link_routes
from cms.accounts.links.page import register_password_page
from cms.accounts.links.sending import Sender
from cms.accounts.login import routes as login_routes
from cms.accounts.login import throttle, tokens
from cms.accounts.passwords import Passwords
from cms.accounts.users import routes as user_routes
from cms.content.authors import routes as author_routes
from cms.content.posts import routes as post_routes
from cms.content.posts.bulk import routes as bulk_routes
from cms.content.posts.checks import actions as checks
from cms.content.posts.checks import routes as check_routes
from cms.content.posts.leases import routes as lease_routes
from cms.content.posts.previews import routes as preview_routes
from cms.content.posts.review import routes as review_routes
from cms.content.posts.revisions import routes as revision_routes
from cms.content.posts.scheduling import alarms, due
from cms.content.posts.scheduling import routes as scheduling_routes
from cms.content.posts.trash import emptying
from cms.content.posts.trash import routes as trash_routes
from cms.content.tags import queries as tag_queries
from cms.content.tags import routes as tag_routes
from cms.delivery import routes as delivery_routes
from cms.delivery.archive import routes as archive_routes
from cms.delivery.feeds import routes as feed_routes
from cms.delivery.forms import routes as form_routes
from cms.delivery.maps import routes as map_routes
from cms.delivery.names import Names
from cms.delivery.nearby import routes as nearby_routes
from cms.delivery.redirects import routes as redirect_routes
from cms.delivery.search import routes as search_routes
from cms.delivery.sync import routes as sync_routes
from cms.delivery.sync.streams import Streams
from cms.editions import present
from cms.foundation import logs
from cms.foundation.background import Background
from cms.foundation.cache import ResponseCache
from cms.foundation.cache.addresses import Addresses
from cms.foundation.database import Database
from cms.foundation.http import health, openapi
from cms.foundation.http.docs.page import register_docs
from cms.foundation.http.docs.problems_page import register_problems_page
from cms.foundation.http.edge import Edge
from cms.foundation.http.proxies import TrustedProxies
from cms.foundation.jobs.work import Work, Works
from cms.foundation.settings import Settings, load
from cms.operation.audit import routes as audit_routes
from cms.operation.jobs import routes as job_routes

# In the order of the docs page.
BLUEPRINTS = (
    delivery_routes.blueprint,
    archive_routes.blueprint,
    nearby_routes.blueprint,
    search_routes.blueprint,
    sync_routes.blueprint,
    feed_routes.blueprint,
    map_routes.blueprint,
    form_routes.blueprint,
    redirect_routes.blueprint,
    login_routes.blueprint,
    link_routes.blueprint,
    key_routes.blueprint,
    post_routes.blueprint,
    bulk_routes.blueprint,
    lease_routes.blueprint,
    review_routes.blueprint,
    trash_routes.blueprint,
    check_routes.blueprint,
    scheduling_routes.blueprint,
    revision_routes.blueprint,
    preview_routes.blueprint,
    author_routes.blueprint,
    tag_routes.blueprint,
    user_routes.blueprint,
    link_routes.managed,
    key_routes.managed,
    job_routes.blueprint,
    audit_routes.blueprint,
    health.blueprint,
)
# Which work there is that waits for its moment, by the kind of its jobs, whatever the settings.
WORKS: dict[str, Work] = {alarms.KIND: due.WORK, emptying.KIND: emptying.WORK}
# What the docs page shows of the folder `examples`.
RECIPES = (
    "blog-index.js",
    "post-page.js",
    "tag-page.js",
    "search-box.js",
    "rss-link.js",
    "static-build.mjs",
    "blog.js",
    "index.html",
)
EXPOSED_HEADERS = (
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
)


def create_app(settings: Settings | None = None) -> Edge:
    """The WSGI application. Without ``settings``, they are read from the environment."""
    settings = settings or load()
    logs.configure(level=settings.log_level, as_json=settings.is_production)
    database = Database(
        settings.database_url,
        pool_size=settings.database_pool,
        timeout=settings.database_timeout,
    )
    inform(database, settings)
    watched = present.watch(database, notified=settings.cache_check == "notify")
    app = Edge("cms", database, present=watched)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        # Any failure is answered by the one handler, also in debug mode.
        PROPAGATE_EXCEPTIONS=False,
    )
    _provide(app, settings, watched)
    tokens.register(app, settings)
    if settings.cors_origins:
        _let_in(app, settings.cors_origins)
    _serve(app, settings)
    _keep_answers(app, settings, watched)
    return app


def inform(database: Database, settings: Settings) -> None:
    """Let every session know what its site demands, in a server and in a worker."""
    database.info[checks.KEY] = checks.Standard.of(settings)
    database.info[emptying.DAYS] = settings.trash_days


def works(settings: Settings) -> Works:
    """All that there is with these settings."""
    sender = Sender(settings)
    if not sender.mailer.is_set_up:
        return WORKS
    return {**WORKS, forgotten.KIND: forgotten.work(sender), sending.KIND: sender.errand()}


def _provide(app: Edge, settings: Settings, watched: present.Present) -> None:
    """What routes find on the application."""
    names, background = Names(), Background()
    app.extensions |= {
        "cms.settings": settings,
        "cms.names": names,
        "cms.streams": Streams(app.database, present=watched, names=names, places=settings.streams),
        "cms.works": works(settings),
        "cms.passwords": Passwords(*settings.password_cost),
        "cms.background": background,
        "cms.key_uses": Uses(app.database, background),
        "cms.known_tags": tag_queries.by_ids,
        "cms.throttle": throttle.Throttle(settings, "login"),
        "cms.reset_throttle": throttle.Throttle(settings, "reset"),
        "cms.links": Sender(settings),
    }


def _let_in(app: Edge, origins: tuple[str, ...]) -> None:
    """Pages of these origins may call."""
    # Not imported where none may.
    from flask_cors import CORS  # noqa: PLC0415

    CORS(
        app,
        origins=list(origins),
        expose_headers=[*EXPOSED_HEADERS, "X-Request-Id"],
        max_age=7200,
        # The same for every page where all may call; nothing where no page calls.
        send_wildcard=True,
        always_send="*" in origins,
    )
    app.after_request(_vary_by_origin)


def _serve(app: Edge, settings: Settings) -> None:
    """All addresses, and the pages that show them."""
    app.extensions["cms.api"] = api = openapi.Api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    openapi.serve(app, api)
    register_docs(
        app,
        openapi_path="/openapi.json",
        api_prefix="/api/v1",
        title=openapi.TITLE,
        programs=RECIPES,
    )
    register_password_page(app, title=settings.site_name)
    register_problems_page(app, title=openapi.TITLE)


def _keep_answers(app: Edge, settings: Settings, watched: present.Present) -> None:
    """The layer in front, which answers again what it has answered while nothing changed."""
    counters = None
    if settings.metrics:
        # Not imported where nobody counts; and not before the server has said where to count.
        from cms.foundation import metrics  # noqa: PLC0415

        counted = metrics.Metrics.new()
        metrics.register(app, counted)
        counters = counted.from_memory.labels("whole"), counted.from_memory.labels("unchanged")
    app.extensions["cms.cache"] = cache = ResponseCache(
        TrustedProxies(app.wsgi_app, settings.trusted_proxies),
        addresses=Addresses(app, origins=settings.cors_origins),
        present=watched,
        capacity=settings.cache_bytes,
        counters=counters,
    )
    app.wsgi_app = cache  # type: ignore[method-assign]


def _vary_by_origin(response: Response) -> Response:
    """Flask-Cors leaves this out for strangers, whose answer a cache would then give to all."""
    response.vary.add("Origin")
    return response
