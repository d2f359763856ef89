"""A command line that somebody typed, or a button that stands for one: read, put into its place, done as them."""

from __future__ import annotations

from bot.audit.records import Event
from bot.commandline.grammar import Parsed, parse
from bot.commandline.help import help_view
from bot.commandline.line import line_of
from bot.commandline.own import FormArguments, HelpArguments, UseArguments
from bot.errors import Ambiguous, Choice, NotFound, NotUnderstood, Refused, Unavailable
from bot.operations.arguments import Arguments
from bot.operations.operation import OperationKind
from bot.operations.view import View
from bot.requests.asking import Ask, ask
from bot.requests.looking import Look, look
from bot.requests.mailing import announce, reply
from bot.requests.records import record_delivery
from bot.requests.services import Services
from bot.requests.suggestions import near_lines
from bot.slack.desk.filling import open_form
from bot.slack.desk.visits import Visit
from bot.slack.desk.whoami import whoami_view
from bot.store.contexts import Context, context_of, set_context
from bot.text import Code, text


async def on_line(visit: Visit, line: str, *, anyway: bool = False, glass: bool = False, shared: bool = False) -> None:
    """Do what a line says. `anyway`: also if somebody has asked the same; `glass`: also in a freeze, so that its glass
    can be broken; `shared`: the answer is for everyone here.

    Raises `Refused` or `Unavailable`.
    """
    services = visit.services
    if not visit.desk.throttle.admits(visit.person.slack_user):
        raise Unavailable(
            text("That is more than {limit} commands in a minute.", limit=services.config.limits.commands_per_minute),
            next=text("Nothing was done. Wait a little."),
        )
    parsed = parse(line, services.registry)
    if parsed.operation.kind is OperationKind.OWN:
        await _own(visit, parsed)
        return
    arguments = await in_place(
        services, visit.delivery.channel, parsed.arguments, namespaced=parsed.operation.namespaced
    )
    canonical = line_of(parsed.operation, parsed.arguments)
    try:
        if parsed.operation.kind is OperationKind.CHANGE:
            asked = Ask(
                person=visit.person,
                operation=parsed.operation,
                arguments=arguments,
                line=canonical,
                address=visit.address,
                key=visit.key,
                anyway=anyway,
                glass=glass,
            )
            await ask(services, asked, visit.done)
        else:
            looked = Look(
                person=visit.person,
                operation=parsed.operation,
                arguments=arguments,
                line=canonical,
                address=visit.address,
                key=visit.key,
                shared=shared,
            )
            await look(services, looked, visit.desk.watching, visit.done)
    except Ambiguous as error:
        raise with_whole_lines(error, parsed) from error
    except NotUnderstood as error:
        raise with_form(error, parsed) from error
    except NotFound as error:
        raise await _with_near_names(visit, error, parsed, arguments) from error


async def in_place(services: Services, channel: str, arguments: Arguments, *, namespaced: bool = True) -> Arguments:
    """The arguments with cluster and namespace filled in: as typed, else the operation's home, else the channel's, else
    the cluster's default.

    What is not `namespaced` gets none, as kubectl lets `-n` say nothing about a node. Raises `Refused` where no cluster
    can be told, or the bot does not serve that namespace, or not the whole cluster.
    """
    async with services.database.read() as tx:
        chosen = await context_of(tx, channel)
    configured = services.config.channels.get(channel)
    here = chosen.cluster if chosen is not None else (configured.cluster if configured is not None else None)
    cluster = arguments.context or here or services.config.cluster_by_default
    if not cluster:
        raise Refused(
            text("Which cluster?"),
            why=text("There is no default here; I know {names}.", names=Code(", ".join(services.clusters.names))),
            next=text(
                "Add {flag}, or choose with {use}.", flag=Code("--context NAME"), use=Code("use CLUSTER/NAMESPACE")
            ),
        )
    config = services.clusters[cluster].config
    if not namespaced:
        if config.namespaces:
            raise Refused(
                text("I do not serve the whole of {cluster}, and this concerns all of it.", cluster=Code(cluster)),
                why=text("A node carries the pods of every namespace."),
                next=text("There I serve {names}.", names=Code(", ".join(config.namespaces))),
            )
        return arguments.model_copy(update={"context": cluster, "namespace": ""})
    theirs = ""
    if chosen is not None and chosen.cluster == cluster:
        theirs = chosen.namespace
    elif configured is not None and (configured.cluster or services.config.cluster_by_default) == cluster:
        theirs = configured.namespace
    namespace = arguments.namespace or arguments.home or theirs or config.namespace
    if config.namespaces and namespace not in config.namespaces:
        raise Refused(
            text("I do not serve {namespace} in {cluster}.", namespace=Code(namespace), cluster=Code(cluster)),
            next=text("There I serve {names}.", names=Code(", ".join(config.namespaces))),
        )
    return arguments.model_copy(update={"context": cluster, "namespace": namespace})


async def _with_near_names(visit: Visit, error: NotFound, parsed: Parsed, arguments: Arguments) -> NotFound:
    """The same error with buttons for the names that were probably meant, where the operation offered none."""
    if error.choices:
        return error
    acting = visit.services.clusters[arguments.context].as_(visit.person)
    choices = await near_lines(acting, parsed.operation, arguments, typed=parsed.arguments)
    if not choices:
        return error
    return NotFound(
        error.what, target=error.target, why=error.why, next=text("Did you mean one of these?"), choices=choices
    )


def with_form(error: NotUnderstood, parsed: Parsed) -> NotUnderstood:
    """The same error with the command's form, where nothing else is offered: a phone types badly."""
    if error.choices:
        return error
    name = f"form {parsed.operation.name}"
    choices = (Choice(label=name, command_line=name),)
    return NotUnderstood(error.what, target=error.target, why=error.why, next=error.next, choices=choices)


def with_whole_lines(error: Ambiguous, parsed: Parsed) -> Ambiguous:
    """The same error with choices that can be pressed: an operation names objects only, a button needs the line."""
    choices = tuple(
        Choice(label=choice.label, command_line=_instead(parsed, choice.command_line)) for choice in error.choices
    )
    return Ambiguous(error.what, target=error.target, why=error.why, next=error.next, choices=choices)


def _instead(parsed: Parsed, reference: str) -> str:
    """The line with `kind/name` in the place of the bare name that was meant; a whole line stays as it is."""
    words: tuple[str, ...] = getattr(parsed.arguments, "targets", ())
    bare = reference.rpartition("/")[2]
    if " " in reference or bare not in map(str.lower, words):
        return reference
    changed = tuple(reference if word.lower() == bare else word for word in words)
    return line_of(parsed.operation, parsed.arguments.model_copy(update={"targets": changed}))


async def _own(visit: Visit, parsed: Parsed) -> None:
    """What the bot answers itself."""
    services = visit.services
    match parsed.arguments:
        case UseArguments():
            await _use(visit, parsed.arguments)
            return
        case FormArguments(about=about):
            await open_form(visit, about)
            return
        case HelpArguments(about=about):
            view = help_view(services.registry, about, command=services.config.command)
        case _:
            arguments = await in_place(services, visit.delivery.channel, parsed.arguments)
            view = await whoami_view(services, visit.person, arguments.context, arguments.namespace)
    async with services.database.transaction() as tx:
        await reply(tx, services, visit.key, visit.address, view=view)
        await visit.done(tx)


def _is_namespace(services: Services, channel: str, name: str) -> bool:
    """Whether the configuration knows a namespace of that name, so that `use NAME` may mean it."""
    configured = services.config.channels.get(channel)
    served = {
        each for cluster in services.clusters.names for each in services.clusters[cluster].config.namespaces or ()
    }
    return name in served or (configured is not None and name in configured.namespaces)


async def _use(visit: Visit, arguments: UseArguments) -> None:
    """Choose the place of a channel; in a shared one everybody is told (messages.md rule 14)."""
    services, delivery = visit.services, visit.delivery
    cluster, namespace = arguments.chosen
    named = not cluster and namespace in services.clusters.names
    if named and not _is_namespace(services, delivery.channel, namespace):
        cluster, namespace = namespace, ""
    place = await in_place(services, delivery.channel, Arguments(context=cluster, namespace=namespace))
    title = services.clusters[place.context].title
    if not cluster and not namespace:
        here = text("Here it is {namespace} in {cluster}.", namespace=Code(place.namespace), cluster=Code(title))
        how = text("Choose another place with {use}.", use=Code(f"{services.config.command} use CLUSTER/NAMESPACE"))
        known = text("I know {names}.", names=Code(", ".join(services.clusters.names)))
        async with services.database.transaction() as tx:
            await reply(tx, services, visit.key, visit.address, view=View(title=here, lines=(how, known)))
            await visit.done(tx)
        return
    chosen = Context(
        channel=delivery.channel,
        cluster=place.context,
        namespace=place.namespace,
        set_by=visit.person.slack_user,
        updated_at=services.clock.now(),
    )
    said = text(
        "{person} chose {namespace} in {cluster} for this channel.",
        person=visit.person.mention,
        namespace=Code(place.namespace),
        cluster=Code(title),
    )
    async with services.database.transaction() as tx:
        await set_context(tx, chosen)
        await record_delivery(
            tx,
            services,
            visit.key,
            Event.CONTEXT_SET,
            actor=visit.person.user,
            channel=delivery.channel,
            cluster=place.context,
            namespace=place.namespace,
        )
        await announce(tx, services, f"use/{visit.key}", delivery.channel, said, user=delivery.user)
        await visit.done(tx)
