import { Body, Controller, Get, Post } from '@nestjs/common';
import type { UserListResponse, UserResponse } from '@codex-webapp/contracts';
import { AdminOnly, CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { CreateUserDto } from './dto/create-user.dto.ts';
import { UsersService } from './users.service.ts';

@AdminOnly()
@Controller('api/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  list(): Promise<UserListResponse> {
    return this.users.list();
  }

  @Post()
  create(@CurrentUser() admin: AuthUser, @Body() dto: CreateUserDto): Promise<UserResponse> {
    return this.users.create(admin, dto);
  }
}
