"""auth.test, users.*, usergroups.*, team.info and bots.info: who is who."""

from __future__ import annotations

from playground.workspace.arguments import Arguments
from playground.workspace.errors import SlackError
from playground.workspace.people import APP, BOT, BOT_USER, KAJITORI, TEAM, TEAM_DOMAIN
from playground.workspace.state import State
from playground.workspace.wire import Json


def auth_test(state: State, arguments: Arguments) -> Json:
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": "Kajitori Playground",
        "user": KAJITORI.name,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def users_info(state: State, arguments: Arguments) -> Json:
    person = state.people.find(arguments.text("user"))
    if person is None or person.id != arguments.text("user"):
        raise SlackError("user_not_found")
    return {"user": person.user(with_locale=arguments.flag("include_locale"))}


def users_list(state: State, arguments: Arguments) -> Json:
    page, metadata = arguments.page(state.people.all)
    users = [person.user(with_locale=arguments.flag("include_locale")) for person in page]
    return {"members": users, "cache_ts": int(state.clock.now().timestamp()), "response_metadata": metadata}


def lookup_by_email(state: State, arguments: Arguments) -> Json:
    email = arguments.text("email").lower()
    for person in state.people.humans:
        if (person.email or "").lower() == email and not person.deleted:
            return {"user": person.user()}
    raise SlackError("users_not_found")


def usergroups_list(state: State, arguments: Arguments) -> Json:
    with_users = arguments.flag("include_users")
    return {"usergroups": [group.usergroup(with_users=with_users) for group in state.people.usergroups]}


def usergroup_members(state: State, arguments: Arguments) -> Json:
    group = state.people.group(arguments.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.members)}


def team_info(state: State, arguments: Arguments) -> Json:
    return {"team": {"id": TEAM, "name": "Kajitori Playground", "domain": TEAM_DOMAIN, "email_domain": "example.com"}}


def bots_info(state: State, arguments: Arguments) -> Json:
    if arguments.optional("bot") != BOT:
        raise SlackError("bot_not_found")
    return {"bot": {"id": BOT, "deleted": False, "name": KAJITORI.name, "app_id": APP, "user_id": BOT_USER}}


METHODS = {
    "auth.test": auth_test,
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": lookup_by_email,
    "usergroups.list": usergroups_list,
    "usergroups.users.list": usergroup_members,
    "team.info": team_info,
    "bots.info": bots_info,
}
