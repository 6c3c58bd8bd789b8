"""Who is who: residents, their chats and wishes, units and areas."""
